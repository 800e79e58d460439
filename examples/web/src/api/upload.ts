import { useState } from 'react';
import { graphql } from '../generated';
import { client } from './client';
import { explain } from './errors';
import { md5 } from './md5';

const Announce = graphql(`
  mutation Announce($filename: String!, $contentType: String!, $byteSize: Long!, $checksum: String!) {
    result: createDirectUpload(input: { filename: $filename, contentType: $contentType, byteSize: $byteSize, checksum: $checksum }) {
      upload { signedId uploadUrl uploadHeaders { name value } }
      userErrors { message }
    }
  }
`);

/** A file on its way to the community's storage. */
export type Upload = { name: string; file: File; preview: string; progress: number; signedId?: string; problem?: string; width?: number; height?: number };

/** Pictures to go with a text: each is uploaded as soon as it is chosen. */
export function useUploads() {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const change = (preview: string, fields: Partial<Upload>) => setUploads((all) => all.map((one) => (one.preview === preview ? { ...one, ...fields } : one)));

  const start = async (file: File, preview: string) => {
    change(preview, { progress: 0, problem: undefined });
    try {
      const signedId = await upload(file, (progress) => change(preview, { progress }));
      change(preview, { signedId, progress: 1, ...(await sizeOf(preview)) });
    } catch (error) {
      change(preview, { problem: error instanceof Refusal ? error.message : explain(error).title });
    }
  };
  return {
    uploads,
    isBusy: uploads.some(({ signedId, problem }) => !signedId && !problem),
    signedIds: uploads.flatMap(({ signedId }) => signedId ?? []),
    add(files: Iterable<File>) {
      for (const file of files) {
        const preview = URL.createObjectURL(file);
        setUploads((all) => [...all, { name: file.name, file, preview, progress: 0 }]);
        void start(file, preview);
      }
    },
    retry: ({ file, preview }: Upload) => void start(file, preview),
    remove: ({ preview }: Upload) => setUploads((all) => all.filter((one) => one.preview !== preview)),
    clear: () => setUploads([]),
  };
}

class Refusal extends Error {}

/** Announces a file and puts it into the storage; gives the signed id that names it. */
export async function upload(file: File, tell: (progress: number) => void = () => undefined) {
  const checksum = md5(new Uint8Array(await file.arrayBuffer()));
  const contentType = file.type || 'application/octet-stream';
  const { data } = await client.mutate({ mutation: Announce, variables: { filename: file.name, contentType, byteSize: file.size, checksum }, fetchPolicy: 'no-cache' });
  const announced = data?.result.upload;
  if (!announced) throw new Refusal(data?.result.userErrors[0]?.message ?? 'The picture was not taken.');
  await put(announced.uploadUrl, announced.uploadHeaders, file, tell);
  return announced.signedId;
}

/** An XMLHttpRequest, because `fetch` does not tell how far an upload has come. No token goes there: the address is the permission. */
function put(url: string, headers: { name: string; value: string }[], file: File, tell: (progress: number) => void) {
  return new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded, total }) => tell(loaded / total));
    request.addEventListener('load', () => (request.status < 300 ? resolve() : reject(new Refusal('The picture was not taken. Try again.'))));
    request.addEventListener('error', () => reject(new Error('the storage cannot be reached')));
    request.send(file);
  });
}

async function sizeOf(preview: string) {
  const picture = new Image();
  picture.src = preview;
  await picture.decode().catch(() => undefined); // a file that is no picture has no size
  return { width: picture.naturalWidth || undefined, height: picture.naturalHeight || undefined };
}
