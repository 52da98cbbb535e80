import { GantryError } from '../../../base/gantry-error.ts';
import { isErrno, systemError } from '../system-error.ts';
import {
  attribute,
  cString,
  decodeAttributes,
  nested,
  netlinkFlags,
  netlinkMessage,
  u16Network,
} from './netlink-message.ts';
import { NetlinkSocket } from './netlink-socket.ts';

/** The few questions and changes of nftables that are on the way of every container; rules are loaded by `nft`. */

/** Families of tables, each with its own names. */
export type TableFamily = 'ip' | 'ip6' | 'bridge' | 'netdev';

/** Whether the table is there. */
export function tableExists(family: TableFamily, table: string): boolean {
  return query('getTable', family, [attribute(tableName, cString(table))]) !== undefined;
}

/** Whether the table has such a chain. */
export function chainExists(family: TableFamily, table: string, chain: string): boolean {
  return queryChain(family, table, chain) !== undefined;
}

/** What becomes of packets no rule of the chain decides. Undefined: no such chain, or no base chain. */
export function chainPolicy(
  family: TableFamily,
  table: string,
  chain: string,
): 'accept' | 'drop' | undefined {
  const body = queryChain(family, table, chain);
  const policy = body === undefined ? undefined : decodeAttributes(body, 4).get(chainAttributes.policy);
  if (policy === undefined) return undefined;
  return policy.readUInt32BE(0) === 0 ? 'drop' : 'accept';
}

/**
 * Whether the chain is there, and some rule of it has `text` as a string: the name of a device. Whoever wrote the rule,
 * and in whatever form.
 */
export function chainMentions(family: TableFamily, table: string, chain: string, text: string): boolean {
  const rules = netlinkMessage(messages.getRule, netlinkFlags.dump, 1, [
    netfilterHeader(0, family),
    attribute(ruleAttributes.table, cString(table)),
    attribute(ruleAttributes.chain, cString(chain)),
  ]);
  using socket = new NetlinkSocket('netfilter');
  return socket
    .exchange('nftables getRule', [rules])
    .some((reply) => !reply.isAck && reply.body.includes(cString(text)));
}

/** One element of a map: raw bytes in network order; the parts of a concatenation are padded to four, a lone one not. */
export interface MapElement {
  readonly map: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** Adds all elements or none. ENOENT when table or map are not there. */
export function addElements(family: TableFamily, table: string, elements: readonly MapElement[]): void {
  change('newElement', family, table, elements);
}

/** Removes all elements or none; ENOENT when one, or the table, is not there. */
export function deleteElements(family: TableFamily, table: string, elements: readonly MapElement[]): void {
  change('deleteElement', family, table, elements);
}

function queryChain(family: TableFamily, table: string, chain: string): Buffer | undefined {
  return query('getChain', family, [
    attribute(chainAttributes.table, cString(table)),
    attribute(chainAttributes.name, cString(chain)),
  ]);
}

function query(
  message: 'getTable' | 'getChain',
  family: TableFamily,
  attributes: readonly Uint8Array[],
): Buffer | undefined {
  using socket = new NetlinkSocket('netfilter');
  try {
    const parts = [netfilterHeader(0, family), ...attributes];
    return socket.request({ what: `nftables ${message}`, type: messages[message], parts })[0]?.body;
  } catch (error) {
    // Kernels without nf_tables answer EINVAL or EOPNOTSUPP: nothing there either.
    if (isErrno(error, 'ENOENT', 'EINVAL', 'EOPNOTSUPP')) return undefined;
    throw error;
  }
}

/** A transaction is one datagram: begin, changes, end (`nfnetlink_batch`). An error anywhere undoes all of it. */
function change(
  message: 'newElement' | 'deleteElement',
  family: TableFamily,
  table: string,
  elements: readonly MapElement[],
): void {
  if (elements.length === 0) return;
  const begin = netlinkMessage(messages.batchBegin, 0, 0, [netfilterHeader(nftablesSubsystem)]);
  const changes = elements.map((element, index) =>
    netlinkMessage(messages[message], netlinkFlags.ack | netlinkFlags.create, index + 1, [
      netfilterHeader(0, family),
      attribute(elementAttributes.table, cString(table)),
      attribute(elementAttributes.set, cString(element.map)),
      nested(elementAttributes.elements, [
        nested(1, [
          nested(elementAttributes.key, [attribute(dataValue, element.key)]),
          ...(message === 'newElement'
            ? [nested(elementAttributes.data, [attribute(dataValue, element.data)])]
            : []),
        ]),
      ]),
    ]),
  );
  const end = netlinkMessage(messages.batchEnd, 0, elements.length + 1, [netfilterHeader(nftablesSubsystem)]);
  using socket = new NetlinkSocket('netfilter');
  const replies = socket.exchange(`nftables ${message}`, [begin, ...changes, end]);
  const failure = replies.find((reply) => reply.errno !== 0);
  if (failure !== undefined) throw systemError(failure.errno, `nftables ${message} in ${table}`);
  if (replies.length < elements.length) {
    throw new GantryError({ kind: 'internal', code: 'netfilter-silent', message: 'nftables did not answer' });
  }
}

/** `struct nfgenmsg`. The batch messages name their subsystem where others have a resource. */
function netfilterHeader(resource: number, family: TableFamily | 'any' = 'any'): Buffer {
  return Buffer.concat([Buffer.from([families[family], 0]), u16Network(resource)]);
}

const families = { any: 0, ip: 2, netdev: 5, bridge: 7, ip6: 10 } as const;
const nftablesSubsystem = 10;
const subsystem = nftablesSubsystem << 8;
const messages = {
  batchBegin: 16,
  batchEnd: 17,
  getTable: subsystem | 1,
  getChain: subsystem | 4,
  getRule: subsystem | 7,
  newElement: subsystem | 12,
  deleteElement: subsystem | 14,
} as const;
const tableName = 1;
const dataValue = 1;
const chainAttributes = { table: 1, name: 3, policy: 5 } as const;
const ruleAttributes = { table: 1, chain: 2 } as const;
const elementAttributes = { table: 1, set: 2, elements: 3, key: 1, data: 2 } as const;
