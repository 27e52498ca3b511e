import { isNightly } from "../support/nightly.js";
import { killedSuite } from "./killed-suite.js";
import { prisma } from "./prisma.js";

killedSuite(prisma, isNightly ? 4 : 1);
