import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildResult, BuildSpec, StepPlace } from '../../../engine/builds.ts';
import { parseReference } from '../../../oci/reference.ts';
import { requireArchiveOutput } from '../archive-output.ts';
import { one } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { parseHost } from '../container/spec/parse-host.ts';
import { parseLabels } from '../container/spec/parse-labels.ts';
import { defineCommand } from '../define-command.ts';
import { flag, list, text } from '../option-spec.ts';
import type { BuildOutcome, LinesOutcome, Outcome } from '../outcome.ts';
import { usageError } from '../parse/usage-error.ts';
import { buildResourceOptions, parseBuildResources } from './build-resources.ts';
import { prepareResultFiles, writeResultFiles } from './build-result-files.ts';
import { buildSource, usualDockerfile } from './build-source.ts';
import { checkReport } from './check-report.ts';
import { finishBuild, requireNameToPush } from './finish-build.ts';
import { namedContexts } from './named-contexts.ts';
import { parseBuildArguments } from './parse-build-arguments.ts';
import { parseCacheFrom, parseCacheTo } from './parse-cache.ts';
import { parseEntitlement } from './parse-entitlement.ts';
import { type BuildOutput, parseOutput } from './parse-output.ts';
import { parseSecrets } from './parse-secret.ts';
import { parseSsh } from './parse-ssh.ts';
import { readChoice } from './read-choice.ts';
import { readProgress } from './read-progress.ts';
import { failedStep, parseLine, stepShell } from './step-shell.ts';

export const imageBuild = defineCommand({
  id: 'image.build',
  verbs: ['build', 'image build', 'builder build'],
  summary: 'Build an image from a Dockerfile',
  args: {
    path: one('PATH | URL | -', {
      source: 'directory',
      help: 'folder to build from; URL of a tar, a Dockerfile or a git repository (#REF:FOLDER); - is a tar or a Dockerfile on stdin',
    }),
  },
  options: {
    ...buildResourceOptions,
    addHost: list('Add a line to /etc/hosts of RUN steps (host:ip; host-gateway is this machine)'),
    allow: list('Let RUN steps use the host network or all rights (network.host, security.insecure)'),
    buildArg: list('Set a build-time variable; a name alone takes the value it has here'),
    buildContext: list('Give a name to a folder or an image: NAME=PATH, NAME=docker-image://IMAGE'),
    cacheFrom: list('Look for steps in another cache too: IMAGE, type=registry,ref= or type=local,src='),
    cacheTo: list('Write the cache: type=inline, type=registry,ref= or type=local,dest=, with mode=min|max'),
    check: flag('Make the build checks and build nothing'),
    forceRm: flag('Leave no intermediate containers (there are none)'),
    file: text('Path of the Dockerfile; - is stdin', { short: 'f', source: 'file' }),
    iidfile: text('Write the image ID to a file', { source: 'file' }),
    label: list('Set a label of the image'),
    load: flag('Keep the image here (always done)'),
    metadataFile: text('Write what was built to a file, as JSON', { source: 'file' }),
    network: text('Network of RUN steps', {
      initial: 'default',
      source: { choices: ['default', 'none', 'host'] },
    }),
    noCache: flag('Run every step again'),
    noCacheFilter: list('Run every step of these stages again'),
    onFail: text('When a RUN fails: fail, or shell (one in the state before it)', {
      initial: 'fail',
      source: { choices: ['fail', 'shell'] },
    }),
    output: list('What to make: a folder, - for a tar, or type=local|tar|oci|docker|image|registry,dest=', {
      short: 'o',
      source: 'file',
    }),
    platform: text('Platform to build for (os/arch[/variant])'),
    print: text('Print the syntax tree and build nothing: ast', { source: { choices: ['ast'] } }),
    progress: text('How to show progress: auto, plain, tty, quiet, rawjson', {
      initial: 'auto',
      source: { choices: ['auto', 'plain', 'tty', 'quiet', 'rawjson'] },
    }),
    provenance: text('Attestation of how it was made: false (none is made)'),
    pull: flag('Ask the registry for newer base images'),
    push: flag('Push the image under all its names'),
    quiet: flag('Print the image ID and nothing else', { short: 'q' }),
    rm: flag('Leave no intermediate containers after a build that went well (there are none)', {
      initial: true,
    }),
    sbom: text('Attestation of what is in it: false (none is made)'),
    secret: list('Secret for RUN --mount=type=secret (id=ID,src=FILE or id=ID,env=NAME)'),
    shellBefore: text('Build up to the RUN at a line of the Dockerfile and open a shell there'),
    squash: flag('Make one layer of all that is added to the base image'),
    ssh: list('SSH agent for RUN --mount=type=ssh (default or ID=SOCKET)'),
    tag: list('Name the image (name[:tag])', { short: 't' }),
    target: text('Stage to build'),
  },
  refused: {
    annotation: 'images carry labels only',
    attest: 'attestations are not made',
    builder: 'there is one builder',
    'cgroup-parent': 'steps have their own place below gantry',
    compress: 'the context is not sent anywhere',
    'security-opt': 'steps run with the default profile',
  },
  keys: [{ key: 'b', places: ['everywhere'] }],
  needs: ['image.build'],
  examples: [{ line: 'gantry build -t web .', meaning: 'build the folder you are in' }],
  async run(ctx, { args, options }) {
    for (const tag of options.tag) parseReference(tag);
    requireOnePlatform(options.platform);
    refuseAttestation('provenance', options.provenance);
    refuseAttestation('sbom', options.sbom);
    const print = readPrint(options.print);
    const onFail = readChoice('on-fail', ['fail', 'shell'], options.onFail);
    const progress = options.quiet ? 'quiet' : readProgress(options.progress);
    const output = oneOutput(options.output, ctx.cwd);
    const tags = [...options.tag, ...(output?.type === 'image' ? output.names : [])];
    const push = options.push || (output?.type === 'image' && output.push);
    requireNameToPush(push, tags);
    const isBuild = print === undefined && !options.check && options.shellBefore === undefined;
    if (isBuild) await prepareResultFiles(options, ctx.cwd);
    if (output?.type === 'archive') requireArchiveOutput(ctx, output.dest);
    if (output?.type === 'tar') {
      requireArchiveOutput(ctx, output.dest === '/dev/stdout' ? undefined : output.dest);
    }
    const wanted = {
      contexts: namedContexts(options.buildContext, ctx.cwd),
      tags,
      output: filesOutput(output),
      target: options.target,
      buildArgs: parseBuildArguments(options.buildArg, ctx.env),
      labels: parseLabels(options.label),
      noCache: options.noCache,
      noCacheStages: options.noCacheFilter.flatMap((names) => names.split(',')),
      extraHosts: options.addHost.map(parseHost),
      resources: parseBuildResources(options),
      secrets: parseSecrets(options.secret, ctx),
      ssh: parseSsh(options.ssh, ctx),
      pull: options.pull,
      network: options.network,
      platform: options.platform,
      allow: options.allow.map(parseEntitlement),
      squash: options.squash,
      cacheFrom: options.cacheFrom.map((word) => parseCacheFrom(word, ctx.cwd)),
      cacheTo: options.cacheTo.map((word) => parseCacheTo(word, ctx.cwd)),
    };
    const keepGitDir = ['1', 'true'].includes(wanted.buildArgs['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? '');
    const before = options.shellBefore === undefined ? undefined : parseLine(options.shellBefore);
    const source = await buildSource(ctx, args.path, { file: options.file, keepGitDir });
    const { contextDir, dockerfile, dockerfileText } = source;
    const spec = { ...wanted, contextDir, dockerfile, dockerfileText };
    if (print !== undefined || options.check) {
      try {
        return await inspectDockerfile(ctx, spec, print);
      } finally {
        await source.discard();
      }
    }
    const { discard } = source;
    const written =
      dockerfileText === undefined
        ? { path: dockerfile ?? usualDockerfile(contextDir) }
        : { text: dockerfileText };
    const shell = { dockerfile: written, discard };
    if (before !== undefined) {
      const next = async (exitCode: number): Promise<Outcome> => ({ kind: 'none', exitCode });
      return stepShell(ctx, spec, { ...shell, before, progress, next });
    }
    const shellAfter = (error: unknown): StepPlace | undefined =>
      onFail === 'shell' ? failedStep(error) : undefined;
    const operation = ctx.engine.builds.build(spec, { signal: ctx.signal });
    operation.result.then(discard, (error: unknown) =>
      shellAfter(error) === undefined ? discard() : undefined,
    );
    const outcome: BuildOutcome<BuildResult> = {
      kind: 'build',
      dockerfile: written,
      operation,
      progress,
      told: ({ imageId, tags: names }) =>
        spec.output !== undefined || progress === 'quiet'
          ? []
          : [`=> image ${imageId}`, ...names.map((name) => `=> named ${name}`)],
      async next(result) {
        await writeResultFiles(options, result, ctx.cwd);
        return finishBuild(ctx, result, { output, push, quiet: progress === 'quiet' });
      },
      afterFailure(error) {
        const failed = shellAfter(error);
        if (failed === undefined) return undefined;
        const next = async (): Promise<Outcome> => ({ kind: 'none', exitCode: error.exitCode });
        return stepShell(ctx, spec, { ...shell, before: failed, progress: 'quiet', next });
      },
    };
    return outcome;
  },
});

/** Throws `usage` / `unsupported-option`. */
function requireOnePlatform(platform: string | undefined): void {
  if (platform?.includes(',') !== true) return;
  throw usageError('unsupported-option', `a build is for one platform at a time, not for ${platform}`, {
    hint: 'build once for each, under names of their own',
  });
}

/** What asks for none is what is done. Throws `usage` for anything else. */
function refuseAttestation(name: string, value: string | undefined): void {
  if (value === undefined || ['false', '0', 'f', 'disabled=true'].includes(value.toLowerCase())) return;
  throw usageError('unsupported-option', `--${name} is not supported: attestations are not made`, {
    hint: `--${name}=false asks for none`,
  });
}

/** Throws `invalid` / `bad-output` for more than one. */
function oneOutput(words: readonly string[], cwd: string): BuildOutput | undefined {
  const [first, second] = words.map((word) => parseOutput(word, cwd));
  if (second === undefined) return first;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-output',
    message: 'a build has one output',
    hint: 'build again for the other: all steps are cached then',
  });
}

function filesOutput(output: BuildOutput | undefined): BuildSpec['output'] {
  if (output?.type === 'local') return { kind: 'folder', path: output.dest };
  return output?.type === 'tar' ? { kind: 'tar', path: output.dest } : undefined;
}

function readPrint(text: string | undefined): 'ast' | undefined {
  if (text === undefined || text === 'ast') return text;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-print',
    message: `invalid value ${JSON.stringify(text)} for --print`,
    hint: 'ast prints the syntax tree; --check makes the build checks',
  });
}

async function inspectDockerfile(
  { engine, signal }: CommandContext,
  spec: BuildSpec,
  print: 'ast' | undefined,
): Promise<LinesOutcome> {
  if (print === undefined) return checkReport(await engine.builds.check(spec, { signal }));
  const tree = await engine.builds.syntaxTree(spec, { signal });
  return { kind: 'lines', lines: tree.trimEnd().split('\n') };
}
