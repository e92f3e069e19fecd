/** The `backstep` command: what can be asked for, with which words. The work is in the commands' own files. */
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import { engineFlavors } from '../shared/protocol/engine.js';
import { graphFormats } from '../shared/protocol/graph.js';
import { backendNames, summaryModes } from '../shared/protocol/training.js';
import { debugCommand, type DebugFlags } from './debug-command.js';
import { doctorCommand } from './doctor-command.js';
import {
  engineInstallCommand,
  engineRemoveCommand,
  engineStatusCommand,
  type EngineInstallFlags,
} from './engine-command.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { version } from './install-places.js';
import { graphCommand, type GraphFlags } from './graph-command.js';
import { openCommand, type OpenFlags } from './open-command.js';
import { runCommand, type RunFlags } from './run-command.js';
import { shapesCommand } from './shapes-command.js';

const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`);
    return value;
  };

function portNumber(text: string): number {
  const value = wholeNumber(0)(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return value;
}

function setting(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('Write it as key=value.');
  return { ...before, [key]: value! };
}

const settingOption = (): Option =>
  new Option('--set <key=value>', 'hand a setting to the experiment, numbers as numbers; may be given again')
    .argParser(setting)
    .default({});

/** That what is not given is off, or empty, goes without saying. */
function optionDescription(option: Option): string {
  const off = option.defaultValue === false || typeof option.defaultValue === 'object';
  return off ? option.description : new Help().optionDescription(option);
}

const namesOf = (command: Command): readonly string[] => command.commands.map((entry) => entry.name());

let exitCode: number = exitCodes.done;
const finishes = async (code: number | Promise<number>): Promise<void> => {
  exitCode = await code;
};

// Each command throws what is wrong with its words, instead of ending the process by itself.
const program = new Command('backstep')
  .description('Train neural networks and debug that training.')
  .version(version())
  // `engine install --version` is not `--version`.
  .enablePositionalOptions()
  .configureHelp({ optionDescription })
  .exitOverride()
  .showHelpAfterError('(backstep --help says what there is)');

program
  .command('open', { isDefault: true })
  .description('open the window (the default)')
  .argument('[folder]', 'folder to open, or a file in it')
  .option('--browser', 'in the browser, also where Electron is there')
  .option('--port <n>', 'port to listen on', portNumber)
  // A mistyped command comes here, with what was meant for it.
  .allowExcessArguments()
  .action((folder: string | undefined, flags: OpenFlags, command: Command) =>
    finishes(openCommand(folder, flags, command.args.slice(1), namesOf(program))),
  );

program
  .command('run')
  .description('train an experiment without the window')
  .argument(
    '<experiment>',
    'its file, or a folder that holds one; or a model by others (.keras, .h5, model.json), for which one is written',
  )
  .addOption(new Option('--backend <name>', 'where tensors live').choices(['auto', ...backendNames]).default('auto'))
  .option('--epochs <n>', 'passes over the data, in place of the experiment’s own', wholeNumber(1))
  .option('--steps <n>', 'stop after this many steps', wholeNumber(1))
  .option('--seed <n>', 'in place of the experiment’s own', wholeNumber(0))
  .option('--data <folder>', 'look for the experiment’s data here first')
  .addOption(settingOption())
  .option('--run-dir <folder>', 'the run’s folder (default: runs/<time>-<name> beside the experiment)')
  .option('--continue <run>', 'go on from the saved state of this run’s folder')
  .option('--eager', 'never compile: every step runs op by op')
  .addOption(
    new Option(
      '--summaries <mode>',
      'histograms, norms, images and the like: default keeps to 3 % of training time, with one set at its end (default: as the experiment says)',
    ).choices(summaryModes),
  )
  .addOption(
    new Option('--hash-every <n>', 'state hash in every n-th step').argParser(wholeNumber(0)).default(0, 'epochs only'),
  )
  .option('--json', 'one JSON object a line on standard output', false)
  .action((experiment: string, flags: RunFlags) => finishes(runCommand(experiment, flags)));

program
  .command('shapes')
  .description('layers with output shapes and parameters, without training')
  .argument('<experiment>', 'its file, or a folder that holds one')
  .addOption(settingOption())
  .option('--json', 'as JSON', false)
  .action((experiment: string, flags: { json: boolean; set: Record<string, string> }) =>
    finishes(shapesCommand(experiment, flags)),
  );

program
  .command('graph')
  .description('the dataflow of one training step: its ops, recorded as they run')
  .argument(
    '<experiment>',
    'its file, or a folder that holds one; or a model file by others (.keras, .h5, .pb, .onnx, …)',
  )
  .addOption(
    new Option(
      '--format <format>',
      'all that is known of the ops, a GraphDef for TensorBoard, a picture, or a SavedModel of the compiled step',
    )
      .choices([...graphFormats])
      .default('json'),
  )
  .option('--out <path>', 'file or folder to write (a SavedModel needs one; text goes to standard output)')
  .addOption(new Option('--backend <name>', 'where the step runs').choices(['auto', ...backendNames]).default('auto'))
  .option('--compare <other>', 'what another one has that this one has not, and the other way round: one op a line')
  .option('--compiled', 'as pbtxt: the graph that native TensorFlow runs, in place of the ops', false)
  .option('--data <folder>', 'look for the experiment’s data here first')
  .addOption(settingOption())
  .action((experiment: string, flags: GraphFlags) => finishes(graphCommand(experiment, flags)));

program
  .command('debug')
  .description('the debug adapter, for any front end of the Debug Adapter Protocol')
  .option('--stdio', 'on standard input and output', false)
  .option('--port <n>', 'for each connection to this port of this machine (0: any that is free)', portNumber)
  .action((flags: DebugFlags) => finishes(debugCommand(flags)));

const engine = program.command('engine').description('native TensorFlow: the fast way to train');

engine
  .command('install')
  .description('download, build and prove it, then use it; what is there already is not fetched again')
  .option('--version <x.y.z>', 'another version of TensorFlow than the one that Backstep is tested with')
  .addOption(
    new Option('--flavor <name>', 'for the processor, or for NVIDIA GPUs too (default: what is there)').choices(
      engineFlavors,
    ),
  )
  .option('--force', 'also where it is there already', false)
  .option('--json', 'one JSON object a line on standard output', false)
  .action((flags: EngineInstallFlags) => finishes(engineInstallCommand(flags)));

engine
  .command('status')
  .description('what is installed, and what an installation would do')
  .option('--plan', 'also ask the package index what would be downloaded', false)
  .option('--json', 'as JSON', false)
  .action((flags: { plan: boolean; json: boolean }) => finishes(engineStatusCommand(flags)));

engine
  .command('remove')
  .description('take it away, downloads included')
  .option('--json', 'as JSON', false)
  .action((flags: { json: boolean }) => finishes(engineRemoveCommand(flags)));

program
  .command('doctor')
  .description('what works here, what does not, and what would change it')
  .option('--json', 'as JSON', false)
  .action((flags: { json: boolean }) => finishes(doctorCommand(flags)));

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // Whoever read has enough (`| head`). A command with more to end than its words listens for that itself.
  if (process.stdout.listenerCount('error') === 1) process.exit(exitCodes.done);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage;
  else if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n(backstep --help says what there is)\n`);
    exitCode = exitCodes.wrongUsage;
  } else throw error;
}
process.exitCode = exitCode;
