import type { Orm } from "./orm-app.js";
import { prisma } from "./prisma.js";
import { typeorm } from "./typeorm.js";

/** Every ORM, in its newest version. */
export const orms: readonly Orm[] = [prisma, typeorm("1.1.1")];

/** The same on MariaDB, where there is one. */
export const onMariadb: readonly Orm[] = process.env.LOCKSTEP_TEST_MARIADB ? [typeorm("1.1.1", "MariaDB")] : [];

/** The same on each database system beside PostgreSQL: on MySQL, too, where one is named. */
export const onOthers: readonly Orm[] = [
  ...onMariadb,
  ...(process.env.LOCKSTEP_MYSQL_URL ? [typeorm("1.1.1", "MySQL")] : []),
];

/** Older lines, through the tests that take little time. */
export const olderOrms: readonly Orm[] = [typeorm("0.3.31")];
