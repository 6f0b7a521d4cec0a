import { defineConfig } from "vitest/config";

// Tests run the TypeScript sources themselves: the "@headway/source" condition comes first in every exports map.
const resolve = { conditions: ["@headway/source"] };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve },
        test: {
          name: "packages",
          include: ["packages/*/src/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Whole systems in real processes: one after the other, because they measure time.
        resolve,
        ssr: { resolve },
        test: {
          name: "system",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
