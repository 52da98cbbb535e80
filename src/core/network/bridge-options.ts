import { GantryError } from '../../base/gantry-error.ts';
import { parseAddress } from '../../base/ip-address.ts';

/** What `-o` says of a bridge network, in the terms of the engine. */
export interface BridgeOptions {
  /** Name of the device; undefined: one of the engine's own. */
  readonly device: string | undefined;
  /** Its containers may talk to each other, and not to the host and outside alone. */
  readonly mayTalk: boolean;
  /** What leaves for elsewhere has the host's address. */
  readonly masquerades: boolean;
  /** Where ports are published that name no address. */
  readonly publishedOn: string;
  readonly mtuBytes: number | undefined;
  /** What devices inside are called, before their number. */
  readonly devicePrefix: string;
}

type Options = Readonly<Record<string, string>>;

const prefix = 'com.docker.network.';

/**
 * Reads Docker's options of its bridge driver. Those it does not know are kept and shown, and mean nothing, as with
 * Docker. Throws `invalid` / `bad-network-option` for a value that is none, in Docker's words, and `unsupported` for
 * what would be another network than the one asked for.
 */
export function bridgeOptions(options: Options = {}): BridgeOptions {
  for (const family of ['ipv4', 'ipv6']) {
    const key = `${prefix}bridge.gateway_mode_${family}`;
    const mode = options[key] ?? 'nat';
    if (mode !== 'nat' && mode !== '') throw unsupported(key, mode, 'networks here are behind NAT');
  }
  for (const key of [`${prefix}bridge.inhibit_ipv4`, `${prefix}bridge.trusted_host_interfaces`]) {
    const value = options[key] ?? '';
    if (value !== '' && value !== 'false') throw unsupported(key, value, 'it has no meaning here');
  }
  return {
    device: deviceName(options),
    mayTalk: truth(options, 'bridge.enable_icc', true),
    masquerades: truth(options, 'bridge.enable_ip_masquerade', true),
    publishedOn: hostAddress(options),
    mtuBytes: mtu(options),
    devicePrefix: devicePrefix(options),
  };
}

function deviceName(options: Options): string | undefined {
  const key = `${prefix}bridge.name`;
  const name = options[key] ?? '';
  if (name === '') return undefined;
  if (isDeviceName(name)) return name;
  throw bad(key, name, 'want at most 15 letters, digits, "_", "." and "-"');
}

/** Longer ones the kernel has no room for (IFNAMSIZ). */
function isDeviceName(text: string): boolean {
  return /^[\w.-]{1,15}$/.test(text) && text !== '.' && text !== '..';
}

/** As Go's `strconv.ParseBool`. */
function truth(options: Options, name: string, initial: boolean): boolean {
  const key = `${prefix}${name}`;
  const text = options[key] ?? '';
  if (text === '') return initial;
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw bad(key, text, 'invalid syntax, want true or false');
}

function hostAddress(options: Options): string {
  const key = `${prefix}bridge.host_binding_ipv4`;
  const text = options[key] ?? '';
  if (text === '') return '';
  if (parseAddress(text)?.family !== 4) throw bad(key, text, 'nil ip');
  return text === '0.0.0.0' ? '' : text;
}

function mtu(options: Options): number | undefined {
  const key = `${prefix}driver.mtu`;
  const text = options[key] ?? '';
  if (text === '') return undefined;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  // Below 68 there is no IPv4 (RFC 791); above 65,535 no bridge.
  if (value < 68 || value > 65_535) throw bad(key, text, 'want 68 to 65535');
  return value;
}

function devicePrefix(options: Options): string {
  const key = `${prefix}container_iface_prefix`;
  const text = options[key] ?? '';
  if (text === '') return 'eth';
  if (!isDeviceName(`${text}00`) || text === 'lo') throw bad(key, text, 'want at most 13 letters and digits');
  return text;
}

function bad(key: string, value: string, why: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-network-option',
    message: `failed to parse ${key} value: ${value.slice(0, 80)} (${why})`,
  });
}

function unsupported(key: string, value: string, why: string): GantryError {
  return new GantryError({
    kind: 'unsupported',
    code: 'network-option',
    message: `${key}=${value.slice(0, 80)} is not supported: ${why}`,
  });
}
