import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Device {
  @PrimaryGeneratedColumn("uuid")
  id!: string;

  @Column()
  serial!: string;

  @Column()
  vendor!: string;

  @Column()
  firmware!: string;

  @Column()
  zone!: string;
}
