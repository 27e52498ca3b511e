import { keys } from "./cases/keys.js";
import { safe } from "./cases/safe.js";
import { matrix } from "./matrix.js";

matrix("keys, and what passes", [...keys, ...safe]);
