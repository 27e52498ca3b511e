import { names } from "./cases/names.js";
import { extremes } from "./cases/shapes.js";
import { matrix } from "./matrix.js";

matrix("names and extremes", [...names, ...extremes]);
