// Dnn.cs - libdnn for C#, on .NET and Mono: P/Invoke in one file.
//
// ARRAYS are double[] or float[], row after row; they are pinned and lent to the library during a call. A wrong length is an
// ArgumentException.
//
// ERRORS. A status below 0 becomes a DnnException with the text of dnn_last_error and the Status.
//
// LIFETIME. Every class owns a SafeHandle: Dispose releases it, and so does the collector, in any order. A disposed object
// throws ObjectDisposedException.
//
// THREADS. One Model may predict in any number of threads at once; the rest is for one at a time, but for Trainer.Cancel.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Dnn
{
    public sealed class DnnException : Exception
    {
        public int Status { get; }

        private DnnException(int status, string text) : base(text)
        {
            Status = status;
        }

        // The text belongs to the thread, so it is read at once.
        internal static int Check(int status)
        {
            if (status < 0)
                throw new DnnException(status, Native.Text(Native.dnn_last_error()));
            return status;
        }
    }

    public abstract class Handle : SafeHandle
    {
        protected Handle() : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid => handle == IntPtr.Zero;
    }

    public sealed class ConfigHandle : Handle
    {
        protected override bool ReleaseHandle()
        {
            Native.dnn_config_destroy(handle);
            return true;
        }
    }

    public sealed class DatasetHandle : Handle
    {
        protected override bool ReleaseHandle()
        {
            Native.dnn_dataset_destroy(handle);
            return true;
        }
    }

    public sealed class ModelHandle : Handle
    {
        protected override bool ReleaseHandle()
        {
            Native.dnn_model_destroy(handle);
            return true;
        }
    }

    public sealed class TrainerHandle : Handle
    {
        protected override bool ReleaseHandle()
        {
            Native.dnn_trainer_destroy(handle);
            return true;
        }
    }

    internal static class Native
    {
        private const string Library = "dnn"; // libdnn.so, dnn.dll or libdnn.dylib

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        internal delegate int Callback(IntPtr user, IntPtr progress);

        [DllImport(Library)] internal static extern IntPtr dnn_version_string();
        [DllImport(Library)] internal static extern IntPtr dnn_last_error();

        [DllImport(Library)] internal static extern int dnn_config_create(byte[] recipe, out ConfigHandle config);
        [DllImport(Library)] internal static extern void dnn_config_destroy(IntPtr config);
        [DllImport(Library)] internal static extern int dnn_config_set(ConfigHandle config, byte[] key, byte[] text);
        [DllImport(Library)] internal static extern int dnn_config_get(ConfigHandle config, byte[] key, byte[] buffer, long capacity, out long length);

        [DllImport(Library)] internal static extern int dnn_dataset_create(double[] x, long n, long inputs, double[] y, long outputs, out DatasetHandle dataset);
        [DllImport(Library)] internal static extern int dnn_dataset_create_labels(double[] x, long n, long inputs, int[] labels, long classes, out DatasetHandle dataset);
        [DllImport(Library)] internal static extern int dnn_dataset_read_csv(byte[] path, byte[] options, out DatasetHandle dataset);
        [DllImport(Library)] internal static extern int dnn_dataset_split(DatasetHandle dataset, double fraction, long seed, out DatasetHandle first, out DatasetHandle second);
        [DllImport(Library)] internal static extern long dnn_dataset_size(DatasetHandle dataset);
        [DllImport(Library)] internal static extern void dnn_dataset_destroy(IntPtr dataset);

        [DllImport(Library)] internal static extern int dnn_model_create(long[] layers, long count, ConfigHandle config, out ModelHandle model);
        [DllImport(Library)] internal static extern void dnn_model_destroy(IntPtr model);
        [DllImport(Library)] internal static extern long dnn_model_layer_count(ModelHandle model);
        [DllImport(Library)] internal static extern long dnn_model_layer_size(ModelHandle model, long layer);
        [DllImport(Library)] internal static extern int dnn_model_predict(ModelHandle model, double[] x, long n, [In, Out] double[] y);
        [DllImport(Library)] internal static extern int dnn_model_predict_f32(ModelHandle model, float[] x, long n, [In, Out] float[] y);
        [DllImport(Library)] internal static extern int dnn_model_evaluate(ModelHandle model, DatasetHandle dataset, out double loss, out double accuracy);
        [DllImport(Library)] internal static extern int dnn_model_standardize(ModelHandle model, DatasetHandle dataset);
        [DllImport(Library)] internal static extern int dnn_model_save(ModelHandle model, byte[] path);
        [DllImport(Library)] internal static extern int dnn_model_load(byte[] path, out ModelHandle model);

        [DllImport(Library)] internal static extern int dnn_trainer_create(ModelHandle model, ConfigHandle config, out TrainerHandle trainer);
        [DllImport(Library, EntryPoint = "dnn_trainer_create")] internal static extern int dnn_trainer_create_default(ModelHandle model, IntPtr none, out TrainerHandle trainer);
        [DllImport(Library)] internal static extern void dnn_trainer_destroy(IntPtr trainer);
        [DllImport(Library)] internal static extern int dnn_trainer_step(TrainerHandle trainer, double[] x, double[] y, long n, out double loss);
        [DllImport(Library)] internal static extern int dnn_trainer_fit(TrainerHandle trainer, DatasetHandle training, DatasetHandle validation);
        [DllImport(Library, EntryPoint = "dnn_trainer_fit")] internal static extern int dnn_trainer_fit_alone(TrainerHandle trainer, DatasetHandle training, IntPtr none);
        [DllImport(Library)] internal static extern int dnn_trainer_set_progress(TrainerHandle trainer, Callback callback, IntPtr user);
        [DllImport(Library)] internal static extern int dnn_trainer_cancel(TrainerHandle trainer);
        [DllImport(Library)] internal static extern long dnn_trainer_history_count(TrainerHandle trainer);
        [DllImport(Library)] internal static extern int dnn_trainer_history(TrainerHandle trainer, long epoch, out double loss, out double validationLoss, out double validationAccuracy);
        [DllImport(Library)] internal static extern int dnn_trainer_diagnose(TrainerHandle trainer, byte[] buffer, long capacity, out long length);

        [DllImport(Library)] internal static extern long dnn_progress_epoch(IntPtr progress);
        [DllImport(Library)] internal static extern long dnn_progress_epochs(IntPtr progress);
        [DllImport(Library)] internal static extern long dnn_progress_batch(IntPtr progress);
        [DllImport(Library)] internal static extern long dnn_progress_batches(IntPtr progress);
        [DllImport(Library)] internal static extern double dnn_progress_loss(IntPtr progress);
        [DllImport(Library)] internal static extern double dnn_progress_validation_loss(IntPtr progress);
        [DllImport(Library)] internal static extern double dnn_progress_validation_accuracy(IntPtr progress);
        [DllImport(Library)] internal static extern double dnn_progress_seconds(IntPtr progress);

        // UTF-8 with its closing NUL; C would take an earlier one for the end.
        internal static byte[] Bytes(string text)
        {
            if (text != null && text.IndexOf('\0') >= 0)
                throw new ArgumentException("a text with a NUL in it: " + text.Replace("\0", "\\0"));
            return Encoding.UTF8.GetBytes(text + "\0");
        }

        internal static string Text(IntPtr text)
        {
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            var bytes = new byte[length];
            Marshal.Copy(text, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        internal delegate int Writer(byte[] buffer, long capacity, out long length);

        // A text that the library writes: once for its length, once for itself.
        internal static string Text(Writer write)
        {
            long length;
            DnnException.Check(write(null, 0, out length));
            var buffer = new byte[length + 1];
            DnnException.Check(write(buffer, buffer.Length, out length));
            return Encoding.UTF8.GetString(buffer, 0, (int)length);
        }

        // The rows of so many columns that an array of this length holds.
        internal static int Rows(string name, int length, int columns)
        {
            if (columns < 1 || length % columns != 0)
                throw new ArgumentException(name + " has " + length + " numbers, expected a multiple of " + columns);
            return length / columns;
        }

        // The samples that x and y hold, which must be the same.
        internal static int Samples(int x, int inputs, int y, int outputs)
        {
            int n = Rows("x", x, inputs), m = Rows("y", y, outputs);
            if (n != m)
                throw new ArgumentException("x has " + n + " samples, y has " + m);
            return n;
        }
    }

    public static class Library
    {
        public static string Version => Native.Text(Native.dnn_version_string());
    }

    // What a network is and how it learns. The keys are in dnn.h.
    public sealed class Config : IDisposable
    {
        internal readonly ConfigHandle Handle;

        // recipe: "classifier", "regressor" or "tutorial"
        public Config(string recipe)
        {
            DnnException.Check(Native.dnn_config_create(Native.Bytes(recipe), out Handle));
        }

        public object this[string key]
        {
            set
            {
                string text = value is double number
                    ? number.ToString("R", CultureInfo.InvariantCulture) // all its digits, on .NET Framework and Mono too
                    : Convert.ToString(value, CultureInfo.InvariantCulture);
                DnnException.Check(Native.dnn_config_set(Handle, Native.Bytes(key), Native.Bytes(value is bool ? text.ToLowerInvariant() : text)));
            }
            get
            {
                return Native.Text((byte[] buffer, long capacity, out long length) =>
                    Native.dnn_config_get(Handle, Native.Bytes(key), buffer, capacity, out length));
            }
        }

        public void Dispose()
        {
            Handle.Dispose();
        }
    }

    // Samples, copied.
    public sealed class Dataset : IDisposable
    {
        internal readonly DatasetHandle Handle;

        private Dataset(DatasetHandle handle)
        {
            Handle = handle;
        }

        // x: n rows of inputs, one after the other; y: n rows of outputs
        public Dataset(double[] x, int inputs, double[] y, int outputs)
        {
            int n = Native.Samples(x.Length, inputs, y.Length, outputs);
            DnnException.Check(Native.dnn_dataset_create(x, n, inputs, y, outputs, out Handle));
        }

        // labels: classes 0 to classes − 1
        public Dataset(double[] x, int inputs, int[] labels, int classes)
        {
            int n = Native.Samples(x.Length, inputs, labels.Length, 1);
            DnnException.Check(Native.dnn_dataset_create_labels(x, n, inputs, labels, classes, out Handle));
        }

        // A table of text; the options are in dnn.h.
        public static Dataset ReadCsv(string path, string options = "")
        {
            DatasetHandle handle;
            DnnException.Check(Native.dnn_dataset_read_csv(Native.Bytes(path), Native.Bytes(options), out handle));
            return new Dataset(handle);
        }

        // Two parts: `fraction` of the samples, drawn by the seed, and the rest. No sample is copied.
        public Tuple<Dataset, Dataset> Split(double fraction, long seed = 0)
        {
            DatasetHandle first, second;
            DnnException.Check(Native.dnn_dataset_split(Handle, fraction, seed, out first, out second));
            return Tuple.Create(new Dataset(first), new Dataset(second));
        }

        public long Count => Native.dnn_dataset_size(Handle);

        public void Dispose()
        {
            Handle.Dispose();
        }
    }

    // A network and its weights.
    public sealed class Model : IDisposable
    {
        internal readonly ModelHandle Handle;

        private Model(ModelHandle handle)
        {
            Handle = handle;
        }

        // The sizes of the layers, the inputs first.
        public Model(Config config, params long[] layers)
        {
            DnnException.Check(Native.dnn_model_create(layers, layers.Length, config.Handle, out Handle));
        }

        public static Model Load(string path)
        {
            ModelHandle handle;
            DnnException.Check(Native.dnn_model_load(Native.Bytes(path), out handle));
            return new Model(handle);
        }

        public void Save(string path)
        {
            DnnException.Check(Native.dnn_model_save(Handle, Native.Bytes(path)));
        }

        public int Inputs => (int)Native.dnn_model_layer_size(Handle, 0);
        public int Outputs => (int)Native.dnn_model_layer_size(Handle, Native.dnn_model_layer_count(Handle) - 1);

        // x: n rows of inputs, one after the other; gives n rows of outputs
        public double[] Predict(params double[] x)
        {
            int n = Native.Rows("x", x.Length, Inputs);
            var y = new double[(long)n * Outputs];
            DnnException.Check(Native.dnn_model_predict(Handle, x, n, y));
            return y;
        }

        public float[] Predict(float[] x)
        {
            int n = Native.Rows("x", x.Length, Inputs);
            var y = new float[(long)n * Outputs];
            DnnException.Check(Native.dnn_model_predict_f32(Handle, x, n, y));
            return y;
        }

        // The mean loss, and the share of samples whose class is right.
        public Tuple<double, double> Evaluate(Dataset dataset)
        {
            double loss, accuracy;
            DnnException.Check(Native.dnn_model_evaluate(Handle, dataset.Handle, out loss, out accuracy));
            return Tuple.Create(loss, accuracy);
        }

        // From now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples.
        public void Standardize(Dataset dataset)
        {
            DnnException.Check(Native.dnn_model_standardize(Handle, dataset.Handle));
        }

        public void Dispose()
        {
            Handle.Dispose();
        }
    }

    // How far a fit has come.
    public struct Progress
    {
        public readonly long Epoch, Epochs, Batch, Batches;
        public readonly double Loss, ValidationLoss, ValidationAccuracy, Seconds;

        internal Progress(IntPtr from)
        {
            Epoch = Native.dnn_progress_epoch(from);
            Epochs = Native.dnn_progress_epochs(from);
            Batch = Native.dnn_progress_batch(from);
            Batches = Native.dnn_progress_batches(from);
            Loss = Native.dnn_progress_loss(from);
            ValidationLoss = Native.dnn_progress_validation_loss(from);
            ValidationAccuracy = Native.dnn_progress_validation_accuracy(from);
            Seconds = Native.dnn_progress_seconds(from);
        }

        public bool EndsEpoch => Batch == Batches;
    }

    // An entry of the history.
    public struct Epoch
    {
        public readonly double Loss, ValidationLoss, ValidationAccuracy;

        internal Epoch(double loss, double validationLoss, double validationAccuracy)
        {
            Loss = loss;
            ValidationLoss = validationLoss;
            ValidationAccuracy = validationAccuracy;
        }
    }

    // What changes a model's weights.
    public sealed class Trainer : IDisposable
    {
        private const int Stopped = 1;

        private readonly TrainerHandle handle;
        private readonly int inputs, outputs;

        // Trains as the model's config says, or another.
        public Trainer(Model model, Config config = null)
        {
            inputs = model.Inputs;
            outputs = model.Outputs;
            DnnException.Check(config == null
                ? Native.dnn_trainer_create_default(model.Handle, IntPtr.Zero, out handle)
                : Native.dnn_trainer_create(model.Handle, config.Handle, out handle));
        }

        // One update; gives the mean loss before it.
        public double Step(double[] x, double[] y)
        {
            double loss;
            int n = Native.Samples(x.Length, inputs, y.Length, outputs);
            DnnException.Check(Native.dnn_trainer_step(handle, x, y, n, out loss));
            return loss;
        }

        // Trains for the config's epochs; true if it came to its end. progress is called after each batch, and returns false to
        // stop; what it throws stops the training too, and leaves Fit once the library has returned.
        public bool Fit(Dataset training, Dataset validation = null, Func<Progress, bool> progress = null)
        {
            ExceptionDispatchInfo thrown = null;
            Native.Callback callback = (user, told) =>
            {
                try
                {
                    return progress(new Progress(told)) ? 1 : 0;
                }
                catch (Exception exception) // must not reach C
                {
                    thrown = ExceptionDispatchInfo.Capture(exception);
                    return 0;
                }
            };
            DnnException.Check(Native.dnn_trainer_set_progress(handle, progress == null ? null : callback, IntPtr.Zero));
            try
            {
                int status = validation == null
                    ? Native.dnn_trainer_fit_alone(handle, training.Handle, IntPtr.Zero)
                    : Native.dnn_trainer_fit(handle, training.Handle, validation.Handle);
                thrown?.Throw();
                return DnnException.Check(status) != Stopped;
            }
            finally
            {
                GC.KeepAlive(callback); // until here; the next Fit sets another
            }
        }

        // Ends a Fit that runs in another thread.
        public void Cancel()
        {
            DnnException.Check(Native.dnn_trainer_cancel(handle));
        }

        // An entry for each completed epoch.
        public IReadOnlyList<Epoch> History
        {
            get
            {
                var epochs = new List<Epoch>();
                for (long i = 0; i < Native.dnn_trainer_history_count(handle); i++)
                {
                    double loss, validationLoss, validationAccuracy;
                    DnnException.Check(Native.dnn_trainer_history(handle, i, out loss, out validationLoss, out validationAccuracy));
                    epochs.Add(new Epoch(loss, validationLoss, validationAccuracy));
                }
                return epochs;
            }
        }

        // Why is it not learning?
        public string Diagnose()
        {
            return Native.Text((byte[] buffer, long capacity, out long length) =>
                Native.dnn_trainer_diagnose(handle, buffer, capacity, out length));
        }

        public void Dispose()
        {
            handle.Dispose();
        }
    }
}
