import { DataSource } from "typeorm";
import { Comment, Thread } from "./entities";

export const dataSource = new DataSource({ type: "postgres", entities: [Thread, Comment] });
