import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("inventory_items")
export class Item {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  label!: string;

  @Column()
  quantity!: number;

  @Column()
  shelf!: string;

  @Column()
  unit!: string;
}
