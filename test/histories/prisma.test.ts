import { isNightly } from "../support/nightly.js";
import { prismaProject } from "./prisma.js";
import { proveHistories } from "./prove.js";

proveHistories(prismaProject(), isNightly ? 300 : 12);
