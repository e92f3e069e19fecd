// What the compiler cannot see: promises left to themselves, switches that miss a case, hooks out of order.
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const core = {
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-control-regex': 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
  'no-self-compare': 'error',
  'no-unreachable-loop': 'error',
  'no-unsafe-finally': 'error',
  'no-promise-executor-return': 'off',
  'no-var': 'error',
  'prefer-const': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
};

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'release/**',
      'coverage/**',
      'test-results/**',
      'node_modules/**',
      '.device/**',
      'src/shared/**/generated/**',
      // Experiments as people write them, wrong ones included; each is checked by the tests that use it.
      'assets/samples/**',
      'tests/fixtures/**',
      'tests/bench/experiments/**',
      // Compiled to WebAssembly by AssemblyScript, whose types are not TypeScript's.
      'src/trainer/runtime/backend/wasm/assembly/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { files: ['**/*.{js,mjs,cjs}'], rules: core },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['*.ts'],
    extends: [...tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...core,
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, allowDefaultCaseForExhaustiveSwitch: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-function': 'off',
      // `!` after a check that the compiler cannot follow (an index in range) is clearer than a second check.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  // Runs before anything is loaded, in whatever the page is.
  { files: ['renderer/public/*.js'], rules: { 'no-var': 'off' } },
  {
    files: ['renderer/**/*.tsx', 'renderer/**/use-*.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
);
