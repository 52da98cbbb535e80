/**
 * The ID of a container's place on a network: as unlike any other as those it is made from, and the same as long as it
 * is there. Empty while it has none.
 */
export function endpointId(containerId: string, networkId: string): string {
  if (containerId === '' || networkId === '') return '';
  const mixed = BigInt(`0x${containerId}`) ^ BigInt(`0x${networkId}`);
  return mixed.toString(16).padStart(containerId.length, '0');
}
