import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * What takes long, the longest first: stock commands as child processes, then code that goes through all phases. Without a record of an
 * earlier run the order would be that of the sizes of files, and the last of them would keep one worker busy while the others wait.
 */
const long: readonly RegExp[] = [
  /packed\/|contract\/(?:phases|killed)|matrix\/mariadb|intercept\/open-plans|engine\/migrate/,
  /matrix\/|test\/docs\/|scenarios\/(?:wrapper|typeorm-transactions|branches|required-column|ways-back)|intercept\/refused/,
  /scenarios\/|contract\/|plugin-typeorm\/(?:intercept|changes|cli)|plugin-prisma\/engine|cli\/code-choices/,
  /database\/(?:units|backfill)|codemods\/(?:chosen|properties|type-check)|mysql\/grammar/,
];

/** Starts the longest files first, whichever project they belong to. */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = long.findIndex((pattern) => pattern.test(moduleId.replaceAll("\\", "/")));
      return found < 0 ? long.length : found;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
