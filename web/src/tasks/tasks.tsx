export default function Screen() {
  return <h1>tasks/tasks</h1>
}
