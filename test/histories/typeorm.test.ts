import { isNightly } from "../support/nightly.js";
import { proveHistories } from "./prove.js";
import { typeormProject } from "./typeorm.js";

// Each change of a model takes TypeORM's CLI five seconds: without the night, a sample of what Prisma proves.
proveHistories(typeormProject(), isNightly ? 60 : 1, isNightly ? 1 : 4);
