import { dataSource } from "./data-source";
import { Photo } from "./photo.entity";

export async function upload(title: string, url: string): Promise<Photo> {
  const photo = new Photo();
  photo.title = title;
  photo.url = url;
  photo.camera = "unknown";
  return dataSource.manager.save(photo);
}
