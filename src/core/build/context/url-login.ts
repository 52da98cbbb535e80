/** Text as it may be shown and kept: without user name and password in the URLs it holds. */
export function withoutLogin(text: string): string {
  return text.replaceAll(/\b(\w+:\/\/)[^/?#\s]*@/g, '$1');
}

/** A URL and what stands in it before its host, as it is written there. */
export interface LoginUrl {
  readonly url: string;
  /** `USER` or `USER:PASSWORD`. */
  readonly login: string | undefined;
}

/** Takes the login out of an HTTP address. That of SSH is a user, who stays; a password there would serve nobody. */
export function splitLogin(url: string): LoginUrl {
  const [, scheme = '', login = '', rest = ''] = /^(\w+:\/\/)([^/?#\s]*)@(.*)$/s.exec(url) ?? [];
  if (scheme === '') return { url, login: undefined };
  if (/^https?:/i.test(scheme)) return { url: scheme + rest, login };
  return { url: `${scheme}${login.replace(/:.*$/s, '')}@${rest}`, login: undefined };
}
