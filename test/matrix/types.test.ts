import { natives } from "./cases/natives.js";
import { scalars } from "./cases/scalars.js";
import { matrix } from "./matrix.js";

matrix("types", [...natives, ...scalars]);
