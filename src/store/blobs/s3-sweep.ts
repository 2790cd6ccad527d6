import { ask, type OpenedS3 } from './s3-client.ts';

interface SweptPlace {
  readonly bucket: string;
  readonly prefix: string;
  /** Where objects lie until their digest is known. */
  readonly incoming: string;
}

interface Leftover {
  readonly Key: string;
  readonly UploadId: string;
}

/** Of one sweep; the rest is for the next. */
const MAX_LISTED = 1000;

/** Removes objects without a digest and uploads without an end that began before a time (ms since 1970). Answers with how many. */
export async function sweepS3(s3: OpenedS3, place: SweptPlace, before: number): Promise<number> {
  const keys = await staleObjects(s3, place, before);
  const uploads = await staleUploads(s3, place, before);
  const { bucket: Bucket } = place;
  for (const Key of keys) {
    await ask('remove a leftover', () => s3.client.send(new s3.sdk.DeleteObjectCommand({ Bucket, Key })));
  }
  for (const upload of uploads) {
    const command = new s3.sdk.AbortMultipartUploadCommand({ Bucket, ...upload });
    await ask('abort an upload', () => s3.client.send(command));
  }
  return keys.length + uploads.length;
}

async function staleObjects(s3: OpenedS3, place: SweptPlace, before: number): Promise<readonly string[]> {
  const input = { Bucket: place.bucket, Prefix: place.incoming, MaxKeys: MAX_LISTED };
  const { Contents = [] } = await ask('list objects', () => s3.client.send(new s3.sdk.ListObjectsV2Command(input)));
  return Contents.filter(({ LastModified }) => isBefore(LastModified, before)).flatMap(({ Key }) => Key ?? []);
}

/** Nothing where the store cannot list uploads: it has its own way to end them. */
async function staleUploads(s3: OpenedS3, place: SweptPlace, before: number): Promise<readonly Leftover[]> {
  const input = { Bucket: place.bucket, Prefix: place.prefix, MaxUploads: MAX_LISTED };
  const command = new s3.sdk.ListMultipartUploadsCommand(input);
  const { Uploads = [] } = await ask('list uploads', async () => {
    try {
      return await s3.client.send(command);
    } catch (error) {
      if (error instanceof Error && error.name === 'NotImplemented') return { Uploads: [] };
      throw error;
    }
  });
  return Uploads.filter(({ Initiated }) => isBefore(Initiated, before)).flatMap(({ Key, UploadId }) =>
    Key === undefined || UploadId === undefined ? [] : { Key, UploadId },
  );
}

function isBefore(time: Date | undefined, before: number): boolean {
  return time !== undefined && time.getTime() <= before;
}
