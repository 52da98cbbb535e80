import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';

/** Certificate faults that an authority nobody has told us of yet would mend. */
const unknownAuthority: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

type NetworkError = NodeJS.ErrnoException & { readonly reason?: string; readonly statusCode?: number };

interface Words {
  readonly code?: string;
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** Whether the certificate may be fine for somebody who trusts more authorities. */
export function isUnknownAuthority(error: unknown): boolean {
  return unknownAuthority.has(String((error as NetworkError).code));
}

/**
 * Why a host could not be talked to, in one sentence and in the words of Docker (Go) that scripts look for. `proxy` is
 * what the connection was to go through, `peer` what the host is called. `details.errno` keeps the system's code.
 */
export function connectionError(
  url: URL,
  proxy: URL | undefined,
  error: unknown,
  peer = 'registry',
): GantryError {
  if (error instanceof GantryError) return error;
  const failure = error as NetworkError;
  const errno = failure.code ?? 'unknown';
  const { code, reason, hint } = wordsFor(url, proxy, failure, errno);
  return new GantryError({
    kind: isTimeout(failure) ? 'timeout' : 'network',
    code: code ?? `registry-${errno.toLowerCase()}`,
    message: `cannot reach ${peer} ${url.host}: ${stripControl(reason).slice(0, 500)}`,
    hint,
    details: { errno: isTimeout(failure) ? 'ETIMEDOUT' : errno },
    cause: error,
  });
}

function wordsFor(url: URL, proxy: URL | undefined, failure: NetworkError, errno: string): Words {
  if (proxy !== undefined) {
    const through = proxyWords(proxy, failure, errno);
    if (through !== undefined) return through;
  }
  return socketWords[errno] ?? tlsWords(url, failure, errno) ?? { reason: failure.message };
}

const checkNetwork = 'Check the network connection of this machine.';

const socketWords: Readonly<Record<string, Words>> = {
  ECONNREFUSED: {
    reason: 'connection refused',
    hint: 'Is a registry running there? Check host and port of the name.',
  },
  ENOTFOUND: { reason: 'no such host', hint: "Check the host in the image's name and this machine's DNS." },
  EAI_AGAIN: {
    reason: 'the host name cannot be looked up (temporary failure in name resolution)',
    hint: 'Check the network connection and DNS of this machine.',
  },
  ETIMEDOUT: {
    reason: 'no answer in time (i/o timeout)',
    hint: 'Check the network connection, and proxies or firewalls on the way.',
  },
  ENETUNREACH: { reason: 'network is unreachable', hint: checkNetwork },
  EHOSTUNREACH: { reason: 'no route to host', hint: checkNetwork },
  ECONNRESET: { reason: 'connection broken (reset by peer)', hint: 'Try again.' },
  EPIPE: { reason: 'connection broken (broken pipe)', hint: 'Try again.' },
  HPE_INVALID_CONSTANT: { reason: 'the answer is not HTTP', hint: 'Is a registry running on that port?' },
  HPE_HEADER_OVERFLOW: { reason: 'the headers of its answer are too long' },
};

/** What went wrong before the registry could be reached at all. */
function proxyWords(proxy: URL, failure: NetworkError, errno: string): Words | undefined {
  const where = `proxy ${proxy.host}`;
  const hint = 'Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.';
  if (errno === 'ERR_PROXY_TUNNEL') {
    const { statusCode } = failure;
    if (statusCode === undefined) return { code: 'proxy-failed', reason: `${where} does not answer`, hint };
    const refusal = statusCode === 407 ? '407 Proxy Authentication Required' : `status ${statusCode}`;
    return {
      code: 'proxy-refused',
      reason: `proxyconnect tcp: ${where} refuses: ${refusal}`,
      hint:
        statusCode === 407
          ? 'Give user name and password in the proxy’s URL: http://USER:PASSWORD@HOST:PORT.'
          : hint,
    };
  }
  const words = socketWords[errno];
  if (
    words === undefined ||
    !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'].includes(errno)
  )
    return undefined;
  return { code: 'proxy-failed', reason: `proxyconnect tcp: ${where}: ${words.reason}`, hint };
}

function tlsWords(url: URL, failure: NetworkError, errno: string): Words | undefined {
  const text = `${failure.message} ${failure.reason ?? ''}`;
  if (unknownAuthority.has(errno)) {
    return {
      code: 'untrusted-certificate',
      reason: 'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      hint: `Put the CA's certificate into /etc/gantry/certs.d/${url.host}/ca.crt (Docker's and Podman's certs.d are read too).`,
    };
  }
  if (errno === 'CERT_HAS_EXPIRED' || errno === 'CERT_NOT_YET_VALID') {
    return {
      code: 'untrusted-certificate',
      reason: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
      hint: 'Check the clock of this machine; if it is right, the registry needs a new certificate.',
    };
  }
  if (errno === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      code: 'untrusted-certificate',
      reason: `tls: failed to verify certificate: x509: certificate is not valid for ${url.hostname}: ${failure.reason ?? ''}`,
      hint: 'Use the name that the certificate is for.',
    };
  }
  if (/alert (?:bad certificate|certificate required|unknown ca|handshake failure)/i.test(text)) {
    return {
      code: 'client-certificate-refused',
      reason: 'remote error: tls: bad certificate: it wants a client certificate it knows',
      hint: `Put it into /etc/gantry/certs.d/${url.host}/ as client.cert with client.key.`,
    };
  }
  if (/wrong version number|packet length too long|http request/i.test(text)) {
    return {
      code: 'plain-http-registry',
      reason: 'http: server gave HTTP response to HTTPS client',
      hint: `If plain HTTP is meant, list ${url.host} under "insecure-registries" in ~/.config/gantry/registries.json.`,
    };
  }
  if (/CERT|ERR_TLS|UNABLE_TO|ERR_SSL|EPROTO/.test(errno)) {
    return { code: 'untrusted-certificate', reason: `tls: ${failure.message}` };
  }
  return undefined;
}

/** A proxy that does not answer is a time-out as well, under a code of its own. */
function isTimeout({ code, message, statusCode }: NetworkError): boolean {
  return (
    code === 'ETIMEDOUT' ||
    (code === 'ERR_PROXY_TUNNEL' && statusCode === undefined && /timed out/.test(message))
  );
}
