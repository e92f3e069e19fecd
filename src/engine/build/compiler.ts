/** Finds a C++ compiler that works, and says what would install one where there is none. */
import { runProcess } from './run-process.js';

export interface Compiler {
  readonly command: string;
  /** Its first line about itself. */
  readonly version: string;
}

/** Asked for their version; `CXX` first, as everywhere. */
export async function findCompiler(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Compiler | undefined> {
  const asking = { signal, limitMs: 15_000, environment };
  if (process.platform === 'darwin') {
    // Without developer tools Apple's stand-ins for compilers open a dialog.
    const tools = await runProcess('xcode-select', ['-p'], asking);
    if (tools.code !== 0) return undefined;
  }
  const usual = process.platform === 'darwin' ? ['clang++', 'g++'] : ['g++', 'clang++', 'c++'];
  for (const command of [environment['CXX'], ...usual]) {
    if (!command) continue;
    const answer = await runProcess(command, ['--version'], asking);
    if (answer.code === 0) return { command, version: answer.output.split('\n')[0] ?? command };
  }
  return undefined;
}

/** @param osRelease the text of /etc/os-release, where there is one */
export function compilerHint(platform: NodeJS.Platform, osRelease: string | undefined): string {
  if (platform === 'darwin') return 'Run `xcode-select --install`, then try again.';
  const family = /^ID(?:_LIKE)?=.*$/gm;
  const names = (osRelease?.match(family) ?? []).join(' ').toLowerCase();
  const command = /debian|ubuntu/.test(names)
    ? 'sudo apt install g++'
    : /fedora|rhel|centos/.test(names)
      ? 'sudo dnf install gcc-c++'
      : /arch/.test(names)
        ? 'sudo pacman -S gcc'
        : /suse/.test(names)
          ? 'sudo zypper install gcc-c++'
          : undefined;
  return command === undefined
    ? 'Install g++ or clang++ with your system’s packages (or name one in CXX), then try again.'
    : `Run \`${command}\`, then try again.`;
}
