import biome from "./biome.js";
import biomeLinter from "./biome-linter.js";
import dprint from "./dprint.js";
import type { Formatter } from "./formatter.js";
import prettier from "./prettier.js";

/** Every formatter, in the order of their names. This file is generated: npm run lists. */
export const formatters: readonly Formatter[] = [biome, biomeLinter, dprint, prettier];
