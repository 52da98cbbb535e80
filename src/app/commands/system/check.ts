import type { StoreFinding, StoreReport } from '../../../engine/store-report.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { flag, text } from '../option-spec.ts';
import { usageError } from '../parse/usage-error.ts';
import { safeLine } from '../present/safe-text.ts';

export const systemCheck = defineCommand({
  id: 'system.check',
  verbs: ['system check'],
  summary: 'Check that images, layers and containers are whole on the disk, and mend them',
  description: [
    'Looks for blobs that are missing, cut off or altered, layers that are not unpacked or were changed, records and names that do not fit together, and what killed work has left behind. Ends with status 1 while something is not mended.',
    'Blobs are compared with their digests, unpacked layers by the number and size of their files, and by content where a file was changed after the layer was unpacked. --quick looks at sizes only; --full compares the contents of every layer, where it can be told: with its blob, or made here.',
    'Mending removes nothing that is in use, ends no container and takes away nothing a container wrote. Layers are unpacked again from their blobs; a damaged one whose blob is not here is set aside, so that a pull brings it anew. Lost records are written anew from what is whole, a damaged database from what can be read of it; what has to be pulled again is said.',
  ].join('\n\n'),
  args: {},
  options: {
    repair: flag('Mend what is found'),
    quick: flag('Look at sizes, not contents'),
    full: flag('Compare the contents of unpacked layers too'),
    format: text("Output format: 'json', or a Go template", { short: 'f' }),
  },
  examples: [
    { line: 'gantry system check', meaning: 'Tell what is wrong, and touch nothing' },
    { line: 'gantry system check --repair', meaning: 'Mend what can be mended' },
  ],
  async run(ctx, { options: { repair, quick, full, format } }) {
    if (quick && full) {
      throw usageError('conflicting-options', '--quick and --full cannot be used together');
    }
    const depth = quick ? 'quick' : full ? 'full' : 'normal';
    const report = await ctx.engine.system.checkStore({ depth, repair, signal: ctx.signal });
    const exitCode = report.findings.some(({ status }) => status !== 'mended') ? 1 : 0;
    return { kind: 'documents', documents: [report], format, text: reportText(report), exitCode };
  },
});

function reportText(report: StoreReport): string {
  const { checked, findings, incompleteImages, unusedBytes, partDownloads, repair, depth } = report;
  const counted = [
    `${count(checked.blobs, 'blob')} (${humanSize(checked.blobBytes, 3)})`,
    count(checked.layers, 'layer'),
    count(checked.images, 'image'),
    count(checked.containers, 'container'),
    count(checked.volumes, 'volume'),
  ];
  const left = findings.filter(({ status }) => status !== 'mended').length;
  const lines = [`Checked ${counted.join(', ')}.`, ...findings.flatMap(findingLines)];
  if (incompleteImages.length > 0) {
    lines.push('Not whole, until pulled, loaded or built again:');
    lines.push(...incompleteImages.map((name) => `  ${name}`));
  }
  if (unusedBytes > 0) {
    lines.push(`${humanSize(unusedBytes, 3)} are used by nothing: "gantry image prune" frees them.`);
  }
  if (partDownloads.count > 0) {
    const size = humanSize(partDownloads.sizeBytes, 3);
    const parts = count(partDownloads.count, 'part-download');
    const frees = partDownloads.count === 1 ? 'frees it' : 'frees them';
    lines.push(`${parts}, ${size}, kept to resume; gantry image prune -a ${frees}.`);
  }
  lines.push(verdict(findings, left, repair));
  if (left === 0 && depth !== 'full') {
    lines.push('What unpacked layers contain was not compared: "gantry system check --full" does that.');
  }
  return lines.map(safeLine).join('\n');
}

function verdict(findings: readonly StoreFinding[], left: number, repair: boolean): string {
  const found = findings.length;
  if (found === 0) return 'Nothing is wrong.';
  if (!repair && findings.every(({ byHand }) => byHand)) {
    return `${count(found, 'problem')} found that --repair cannot mend.`;
  }
  if (!repair) {
    const byHand = findings.filter((finding) => finding.byHand).length;
    const except = byHand === 0 ? '' : `, of which --repair cannot mend ${byHand}`;
    return `${count(found, 'problem')} found${except}. Mend with: gantry system check --repair`;
  }
  if (found === left) return `${count(left, 'problem')} not mended.`;
  const mended = `${count(found - left, 'problem')} mended`;
  return left === 0 ? `${mended}.` : `${mended}, ${left} not.`;
}

const marks = { found: { damage: 'DAMAGE  ', leftover: 'leftover' }, mended: 'mended  ' } as const;

function findingLines({ severity, status, message, remedy }: StoreFinding): readonly string[] {
  const mark = status === 'mended' ? marks.mended : marks.found[severity];
  const what = { found: 'To mend it', mended: 'Mended', 'not-mended': 'Not mended' }[status];
  return [`${mark}  ${message}`, `          ${what}: ${remedy}`];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
