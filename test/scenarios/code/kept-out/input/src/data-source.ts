import { DataSource } from "typeorm";
import { Patient } from "./patient";

export const source = new DataSource({ type: "postgres", entities: [Patient] });
