import { matrix } from "./matrix.js";

matrix("types, defaults and enums");
