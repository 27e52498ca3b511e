import { biomeCheck } from "./biome.js";
import type { Formatter } from "./formatter.js";

/**
 * What `biome check --write` fixes besides the layout, by the project's own rules: `import type`, for example. Only fixes that Biome calls
 * safe, in a file that needed none before.
 */
export default {
  name: "biome's linter",
  find: (root) => biomeCheck(root, { only: /\.[cm]?[jt]sx?$/ }),
} satisfies Formatter;
