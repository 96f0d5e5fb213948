import { authorization, problemError, ServiceError } from './service.ts';
import type { StoredCode } from './types.ts';

/**
 * Uploads a PVF's code as it is. (XMLHttpRequest, because fetch tells nothing of how far an upload has come.)
 * @param onProgress bytes that were sent
 * @throws ServiceError; the signal's reason when it was aborted
 */
export function uploadCode(
  file: Blob,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
): Promise<StoredCode> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/v1/code');
    request.setRequestHeader('content-type', 'application/octet-stream');
    for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300)
        resolve(JSON.parse(request.responseText) as StoredCode);
      else reject(problemError(request.status, request.responseText));
    };
    request.onerror = () =>
      reject(
        new ServiceError(
          0,
          'The upload was cut off. Is the service running, and the file not too large for it?',
        ),
      );
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
