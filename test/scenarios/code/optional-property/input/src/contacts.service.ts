import { ContactDto } from "./contact.dto";
import { Contact } from "./contact.entity";
import { ContactModel } from "./contact.model";
import { contactResponse } from "./contact.schema";
import type { CreateContactDto } from "./create-contact.dto";
import { source } from "./data-source";

const contacts = source.getRepository(Contact);

function toDto(contact: Contact): ContactDto {
  const dto = new ContactDto();
  dto.id = contact.id;
  dto.name = contact.name;
  dto.email = contact.email;
  dto.city = contact.city ?? null;
  return dto;
}

function toModel(contact: Contact): ContactModel {
  return { id: contact.id, name: contact.name, email: contact.email, city: contact.city ?? null };
}

export async function create(input: CreateContactDto): Promise<ContactDto> {
  return toDto(await contacts.save(contacts.create({ name: input.name, email: input.email, city: input.city })));
}

export async function models(): Promise<ContactModel[]> {
  return (await contacts.find()).map(toModel);
}

export async function send(): Promise<unknown> {
  return contactResponse.array().parse(await contacts.find());
}
