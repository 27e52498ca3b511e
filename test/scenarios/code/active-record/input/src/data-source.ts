import { DataSource } from "typeorm";
import { Note } from "./entities/note";

export const dataSource = new DataSource({ type: "postgres", entities: [Note] });
