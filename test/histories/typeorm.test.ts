import { isNightly } from "../support/nightly.js";
import { proveHistories } from "./prove.js";
import { typeormProject } from "./typeorm.js";

proveHistories(typeormProject(), isNightly ? 60 : 1);
