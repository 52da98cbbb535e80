import type { SystemInfo } from '../../../engine/system.ts';
import { defineCommand } from '../define-command.ts';
import { binarySize } from '../format/human-size.ts';
import { text } from '../option-spec.ts';
import { safeLine } from '../present/safe-text.ts';

export const systemInfo = defineCommand({
  id: 'system.info',
  verbs: ['info', 'system info'],
  summary: 'Show the engine and its machine',
  args: {},
  options: { format: text("Output format: 'json', or a Go template such as '{{.Driver}}'", { short: 'f' }) },
  async run(ctx, { options }) {
    const [info, plugins] = await Promise.all([
      ctx.engine.system.info({ signal: ctx.signal }),
      ctx.plugins?.() ?? [],
    ]);
    const broken = plugins.flatMap(({ name, problems }) => problems.map((text) => `plugin ${name}: ${text}`));
    const warnings = [...info.warnings, ...broken].map(safeLine);
    return {
      kind: 'documents',
      documents: [infoDocument({ ...info, warnings })],
      format: options.format,
      text: infoText(info),
      warnings: options.format === undefined ? warnings.map((warning) => `WARNING: ${warning}`) : [],
    };
  },
});

function infoDocument(info: SystemInfo) {
  const { running, paused, stopped } = info.containers;
  return {
    Containers: running + paused + stopped,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: stopped,
    Images: info.images,
    Driver: info.snapshotter,
    CgroupVersion: info.cgroups === 'v2' ? '2' : info.cgroups === 'none' ? '' : '1',
    KernelVersion: info.kernel,
    OperatingSystem: info.operatingSystem,
    OSType: 'linux',
    Architecture: info.architecture,
    NCPU: info.cpus,
    MemTotal: info.memoryBytes,
    DockerRootDir: info.root,
    Name: info.hostName,
    ServerVersion: info.version,
    DefaultRuntime: info.runtime,
    Rootless: info.rootless,
    RegistryConfig: registryConfig(info),
    Warnings: info.warnings,
  };
}

/** Docker's shape: mirrors are those of Docker Hub, and other registries are told one by one. */
function registryConfig({ insecureRegistries, registryMirrors }: SystemInfo) {
  const hosts = insecureRegistries.filter((entry) => !entry.includes('/'));
  const names = new Set(['docker.io', ...hosts, ...Object.keys(registryMirrors)]);
  const configs = [...names].map((name) => [
    name,
    {
      Name: name,
      Mirrors: registryMirrors[name] ?? [],
      Secure: !hosts.includes(name),
      Official: name === 'docker.io',
    },
  ]);
  return {
    InsecureRegistryCIDRs: insecureRegistries.filter((entry) => entry.includes('/')),
    IndexConfigs: Object.fromEntries(configs),
    Mirrors: registryMirrors['docker.io'] ?? [],
  };
}

function infoText(info: SystemInfo): string {
  const { running, paused, stopped } = info.containers;
  return [
    `Engine: ${info.engine} ${info.version}`,
    ` Containers: ${running + paused + stopped}`,
    `  Running: ${running}`,
    `  Paused: ${paused}`,
    `  Stopped: ${stopped}`,
    ` Images: ${info.images}`,
    ` Storage Driver: ${info.snapshotter}`,
    ` Root Dir: ${info.root}`,
    ` Rootless: ${info.rootless}`,
    ` Runtime: ${info.runtime}`,
    ` Cgroups: ${info.cgroups}`,
    ` Kernel Version: ${info.kernel}`,
    ` Operating System: ${info.operatingSystem}`,
    ` Architecture: ${info.architecture}`,
    ` Name: ${info.hostName}`,
    ` CPUs: ${info.cpus}`,
    ` Total Memory: ${binarySize(info.memoryBytes)}`,
    ' Insecure Registries:',
    ...info.insecureRegistries.map((entry) => `  ${entry}`),
    ...mirrorLines(info.registryMirrors),
  ].join('\n');
}

/** Of Docker Hub as Docker tells them; of others with the registry they stand in for. */
function mirrorLines(mirrors: SystemInfo['registryMirrors']): readonly string[] {
  const lines = Object.entries(mirrors).flatMap(([registry, urls]) =>
    urls.map((url) => (registry === 'docker.io' ? `  ${url}` : `  ${url} (${registry})`)),
  );
  return lines.length === 0 ? [] : [' Registry Mirrors:', ...lines];
}
