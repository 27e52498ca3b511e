import { DataSource } from "typeorm";
import { Account } from "./account.entity";

export const dataSource = new DataSource({ type: "postgres", entities: [Account] });
