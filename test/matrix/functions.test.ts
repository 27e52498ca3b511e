import { functions } from "./cases/functions.js";
import { matrix } from "./matrix.js";

matrix("functions", [...functions]);
