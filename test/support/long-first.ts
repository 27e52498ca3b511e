import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import durations from "./durations.json" with { type: "json" };

const tests = fileURLToPath(new URL("..", import.meta.url));
const seconds: Readonly<Record<string, number | undefined>> = durations;

/**
 * Starts the longest files first, so that all workers stay busy to the end. `npm run test:all -- --record` measures the files. A file
 * without a measurement starts first. Files that share modules run before isolated files: vitest ends a sharing worker when the next
 * file in the queue is isolated, and the next worker has to load the compiler again.
 */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const secondsOf = ({ moduleId }: TestSpecification) =>
      seconds[relative(tests, moduleId).replaceAll("\\", "/")] ?? Number.POSITIVE_INFINITY;
    const isAlone = ({ project }: TestSpecification) => Number(project.config.isolate);
    return files.toSorted((a, b) => isAlone(a) - isAlone(b) || secondsOf(b) - secondsOf(a));
  }
}
