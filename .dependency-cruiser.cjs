// Who may import whom. A folder is a process: they share `src/shared` and nothing else.
const processes = ['electron', 'renderer', 'src/server', 'src/trainer', 'src/cli', 'src/engine', 'src/reader'];
const others = (own) => `^(${processes.filter((folder) => folder !== own).join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...processes.map((folder) => ({
      name: `${folder.replace('src/', '')}-imports-shared-only`,
      comment: 'A process imports src/shared, never another process: they are started by path and talk by messages.',
      severity: 'error',
      from: { path: `^${folder}/` },
      to: { path: others(folder) },
    })),
    {
      name: 'shared-imports-no-process',
      comment: 'src/shared runs in every process, so it knows none of them.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^(electron|renderer|src/(server|trainer|cli|engine|reader)|tests|scripts)/' },
    },
    {
      name: 'shared-has-no-node',
      comment: 'src/shared runs in the page too.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-has-no-heavy-packages',
      comment: 'src/shared is in every bundle: schemas and file formats are all that it needs.',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: '^src/shared/models/(formats|containers)/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional'],
        pathNot: 'node_modules/(zod|@bufbuild/protobuf|jsep)/',
      },
    },
    {
      name: 'model-formats-have-their-parsers',
      comment: 'Formats of model files may use what reads them; whoever opens no files does not load that.',
      severity: 'error',
      from: { path: '^src/shared/models/(formats|containers)/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional'],
        pathNot: 'node_modules/(@bufbuild/protobuf|h5wasm|fflate|flatbuffers)/',
      },
    },
    {
      name: 'page-opens-no-models',
      comment: 'Model files are opened by the reader; the page draws what they hold.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^src/shared/models/(formats/|open-model)' },
    },
    {
      name: 'page-has-no-node',
      comment: 'The renderer is a page: what it needs of the system, the server does.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'runtime-never-imports-dap',
      comment: 'The runtime trains; that somebody debugs it is not its business.',
      severity: 'error',
      from: { path: '^src/trainer/runtime/' },
      to: { path: '^src/trainer/(dap|direct|analysis|loader)/|node_modules/@vscode/debug' },
    },
    {
      name: 'panels-never-import-panels',
      comment:
        'What two panels need is state, or a widget of ui; a panel can be taken away without the others noticing.',
      severity: 'error',
      from: { path: '^renderer/panels/([^/]+)/' },
      to: { path: '^renderer/panels/[^/]+/', pathNot: '^renderer/panels/$1/' },
    },
    {
      name: 'panels-never-import-the-workbench',
      comment: 'The workbench lists the panels; panels know state, ui and what is drawn in them.',
      severity: 'error',
      from: { path: '^renderer/panels/[^/]+/' },
      to: { path: '^renderer/(workbench|panels/registry)' },
    },
    {
      name: 'ui-never-imports-state',
      comment: 'Widgets are given what they show.',
      severity: 'error',
      from: { path: '^renderer/ui/' },
      to: { path: '^renderer/(state|panels|workbench|use-app)' },
    },
    {
      name: 'state-has-no-react',
      comment: 'The window’s state is plain functions; React draws it.',
      severity: 'error',
      from: { path: '^renderer/state/' },
      to: {
        path: '^renderer/(panels|workbench|ui|use-app)|node_modules/(react|react-dom|dockview-react|react-aria-components)/',
      },
    },
    {
      name: 'only-trainer-imports-tfjs',
      comment: 'TensorFlow.js lives in the trainer’s process alone.',
      severity: 'error',
      from: { path: '^(electron|renderer|src)/', pathNot: '^src/trainer/' },
      to: { path: '@tensorflow/' },
    },
    {
      name: 'only-electron-imports-electron',
      comment: 'The same window runs in a browser.',
      severity: 'error',
      from: { path: '^(renderer|src)/' },
      to: { path: '(^|node_modules/)electron(/|$)', pathNot: '^electron/' },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^(electron|renderer|src)/' },
      to: { path: '^(tests|scripts)/' },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: { path: '^(electron|renderer|src)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { path: '^(electron|renderer|src|tests)/' },
      to: { couldNotResolve: true, pathNot: '^(backstep|virtual:)|\\?(worker|url|raw)$' },
    },
    {
      name: 'product-needs-no-dev-packages',
      comment: 'What ships must be under dependencies; Electron itself is what the package is built around.',
      severity: 'error',
      from: { path: '^(electron|renderer|src)/', pathNot: '^renderer/vite\\.config\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(electron|@types)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|release|tests/fixtures|src/trainer/runtime/backend/wasm/assembly)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
  },
};
