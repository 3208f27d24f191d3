import tseslint from 'typescript-eslint';

/** Modules that may be imported only from the extension host. */
const vscodeModule = { name: 'vscode', message: 'This code also runs outside VS Code.' };
const floor = (files, { paths = [], group = [] }) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths,
        patterns: group.length
          ? [{ group, message: 'An import goes down the floors, never up (docs/architecture.md).' }]
          : [],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'out', '.cache', 'training', 'examples', 'test/fixtures'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.ts', 'webview/**/*.{ts,tsx}', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  floor(['src/protocol/**'], {
    paths: [vscodeModule],
    group: ['**/inference/**', '**/notes/**', '**/annotate/**', '**/views/**'],
  }),
  floor(
    [
      'src/inference/process/**',
      'src/inference/engines/**',
      'src/inference/packs/**',
      'src/cli.ts',
      'src/cli/**',
    ],
    {
      paths: [vscodeModule],
      group: ['**/views/**', '**/extension*'],
    },
  ),
  floor(
    ['markdown', 'render', 'ground', 'equations'].map((folder) => `src/notes/${folder}/**`),
    { paths: [vscodeModule], group: ['**/views/**', '**/extension*', '**/notes/preview/**'] },
  ),
  floor(['src/batch/**'], { paths: [vscodeModule], group: ['**/views/**', '**/extension*', '**/notes/**'] }),
  floor(['src/inference/*.ts'], { group: ['**/views/**', '**/notes/**', '**/annotate/**', '**/extension*'] }),
  floor(['webview/**'], {
    paths: [vscodeModule],
    group: ['**/src/inference/**', '**/src/notes/**', '**/src/annotate/**', '**/src/views/**', 'node:*'],
  }),
);
