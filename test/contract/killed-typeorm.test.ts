import { isNightly } from "../support/nightly.js";
import { killedSuite } from "./killed-suite.js";
import { typeorm } from "./typeorm.js";

// Files are written as for Prisma, whose suite is killed more often at night.
killedSuite(typeorm("1.1.1"), isNightly ? 3 : 1);
