import { defineConfig } from 'vitest/config';

/** The four kinds of tests; each finds its own files. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          // Only to end a test that hangs: the machine may be busy with others.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'webview',
          include: ['test/webview/**/*.test.ts'],
          // Polls end as soon as they are right: the limit is for a busy machine.
          expect: { poll: { timeout: 10_000 } },
          // A page is driven by keys and the pointer: one may come before the page is ready for it.
          retry: 2,
          environment: 'node',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          expect: { poll: { timeout: 20_000 } },
          // A whole editor is driven by its screen: a step that it swallowed is tried again.
          retry: 2,
          environment: 'node',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'models',
          include: ['test/models/**/*.test.ts'],
          environment: 'node',
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
