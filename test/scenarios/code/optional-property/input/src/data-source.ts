import { DataSource } from "typeorm";
import { Contact } from "./contact.entity";

export const source = new DataSource({ type: "postgres", entities: [Contact] });
