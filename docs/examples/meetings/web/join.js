import { ZoomMtg } from '@zoomus/websdk'

const API_KEY = import.meta.env.VITE_ZOOM_API_KEY

ZoomMtg.preLoadWasm()
ZoomMtg.prepareJssdk()

export async function join(meetingNumber, passWord, userName) {
  const answer = await fetch('/signature', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ meetingNumber }),
  })
  const { signature } = await answer.json()
  ZoomMtg.init({
    leaveUrl: '/',
    success: () => ZoomMtg.join({ meetingNumber, passWord, userName, apiKey: API_KEY, signature }),
  })
}
