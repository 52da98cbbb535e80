import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrno } from '../host/system-error.ts';

/** What `certs.d/HOST[:PORT]` holds for one registry. */
export interface HostCertificates {
  /** `*.crt`: authorities to trust besides the machine's, PEM. */
  readonly authorities: readonly string[];
  /** `*.cert` with its `*.key`: what we show of ourselves, PEM. */
  readonly clients: readonly { readonly cert: string; readonly key: string }[];
}

/**
 * Reads the certificates kept for a host, by Docker's rules, from every folder that has some. Undefined: none has.
 * Throws `invalid` / `bad-certificates` with the file where a pair is not whole or a file is no certificate.
 */
export function readHostCertificates(url: URL, folders: readonly string[]): HostCertificates | undefined {
  const found = folders.flatMap((folder) =>
    folderNames(url)
      .map((name) => readFolder(join(folder, name)))
      .filter((certificates) => certificates !== undefined),
  );
  if (found.length === 0) return undefined;
  return {
    authorities: found.flatMap(({ authorities }) => authorities),
    clients: found.flatMap(({ clients }) => clients),
  };
}

/** A URL leaves the usual port out where a name may tell it. Names come from redirects too: none leaves the folder. */
function folderNames({ host, port }: URL): readonly string[] {
  if (!/^[A-Za-z0-9[][A-Za-z0-9.:[\]-]*$/.test(host)) return [];
  const names = port === '' ? [host, `${host}:443`] : [host];
  return host === 'registry-1.docker.io' ? [...names, 'docker.io'] : names;
}

function readFolder(folder: string): HostCertificates | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(folder).toSorted();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw unreadable(folder, error);
  }
  const ofKind = (suffix: string) => names.filter((name) => name.endsWith(suffix));
  const path = (name: string): string => join(folder, name);
  const keys = new Set(ofKind('.key'));
  const clients = ofKind('.cert').map((name) => {
    const key = `${name.slice(0, -'.cert'.length)}.key`;
    if (!keys.delete(key)) {
      throw bad(
        `missing key ${path(key)} for client certificate ${path(name)}`,
        'CA certificates must use the extension .crt.',
      );
    }
    return { cert: readCertificate(path(name)), key: readKey(path(key)) };
  });
  for (const key of keys) {
    throw bad(
      `missing client certificate ${path(key).replace(/\.key$/, '.cert')} for key ${path(key)}`,
      'Put the certificate beside its key, or take the key away.',
    );
  }
  return { authorities: ofKind('.crt').map((name) => readCertificate(path(name))), clients };
}

/** Node passes over what it cannot read as a certificate, and would then trust one authority less. */
function readCertificate(path: string): string {
  const text = readText(path);
  try {
    new X509Certificate(text);
  } catch (error) {
    throw bad(
      `${path} is not a certificate in PEM form`,
      'Certificates begin with -----BEGIN CERTIFICATE-----.',
      error,
    );
  }
  return text;
}

function readKey(path: string): string {
  const text = readText(path);
  try {
    createPrivateKey(text);
  } catch (error) {
    throw bad(`${path} is not a private key in PEM form`, 'It must not have a pass phrase.', error);
  }
  return text;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): GantryError {
  return bad(
    `cannot read ${path}: ${(cause as Error).message}`,
    'Certificates of registries are read from it.',
    cause,
  );
}

function bad(message: string, hint: string, cause?: unknown): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-certificates', message, hint, cause });
}
