import { DataSource } from "typeorm";
import { Member } from "./member.entity";

export const source = new DataSource({ type: "postgres", entities: [Member] });
