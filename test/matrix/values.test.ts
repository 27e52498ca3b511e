import { defaults, enums, nullable } from "./cases/defaults.js";
import { matrix } from "./matrix.js";

matrix("defaults, nullable columns and enums", [...defaults, ...enums, ...nullable]);
