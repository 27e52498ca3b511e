import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("members")
export class Member {
  @PrimaryGeneratedColumn("uuid")
  id!: string;

  @Column()
  fullName!: string;

  @Column()
  email!: string;

  @Column()
  passwordHash!: string;

  @Column()
  nickname!: string;
}
