import { DataSource } from "typeorm";
import { BadgeSchema } from "./badge.schema";

export const dataSource = new DataSource({ type: "postgres", entities: [BadgeSchema] });
