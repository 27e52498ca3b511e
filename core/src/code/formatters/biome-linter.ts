import { biomeCheck } from "./biome.js";
import type { Formatter } from "./formatter.js";

/**
 * What `biome check --write` corrects beside the layout, by the project's own rules: `import type` for example. Only such corrections
 * as Biome calls safe, in a file that has had none to make.
 */
export default {
  name: "biome's linter",
  find: (root) => biomeCheck(root, { only: /\.[cm]?[jt]sx?$/ }),
} satisfies Formatter;
