using System.Runtime.InteropServices;
using Shop.Bench.Commands;

using var ended = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
return await LoadTool.RunAsync(args, Console.Out, Console.Error, TimeProvider.System, ended.Token);

// The measurements that there are shall still be written.
void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.Cancel();
}
