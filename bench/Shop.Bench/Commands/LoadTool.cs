using Shop.Bench.Browse;
using Shop.Bench.Cache;
using Shop.Bench.Processes;
using Shop.Bench.Reserve;

namespace Shop.Bench.Commands;

/// <summary>The commands. Exit code 2: the command line was wrong; 1: the run failed; 130: it was interrupted.</summary>
public static class LoadTool
{
    private const int Interrupted = 130;
    private const int Seed = 20_240_601; // Two runs make the same requests.

    public static async Task<int> RunAsync(
        string[] commandLine, TextWriter console, TextWriter errors, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            var arguments = new Arguments(commandLine.Length == 0 ? [] : commandLine.AsSpan(1));
            var random = new Random(Seed);
            switch (commandLine.FirstOrDefault("help"))
            {
                case "reserve": await new ReserveScenario(time, console, random).RunAsync(commandLine, arguments, cancellationToken); break;
                case "browse": await new BrowseScenario(time, console, random).RunAsync(commandLine, arguments, cancellationToken); break;
                case "cache": await new CacheScenario(console).RunAsync(commandLine, arguments, cancellationToken); break;
                case "http": await new AddressCommand(time, console, random).RunAsync(commandLine, arguments, cancellationToken); break;
                case "help" or "--help" or "-h": await console.WriteLineAsync(Usage.Text); break;
                case var unknown: throw new UsageException($"unknown scenario '{unknown}'");
            }
            return cancellationToken.IsCancellationRequested ? Interrupted : 0;
        }
        catch (UsageException wrong)
        {
            await errors.WriteLineAsync($"load: {wrong.Message}; ./shop load help lists what there is");
            return 2;
        }
        catch (RunException failed)
        {
            await errors.WriteLineAsync($"load: {failed.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("load: ended before anything was measured");
            return Interrupted;
        }
    }
}
